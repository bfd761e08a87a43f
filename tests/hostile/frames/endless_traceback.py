# expect: timeout | memory
# full: timeout | memory
# idea: give the exception's class a __traceback__ that never ends, to hang the code that reports it after the deadline is off
# timeout: 0.5
class Code:
    co_filename = "worker.py"
    co_name = "round and round"


class Frame:
    f_code = Code


class Trail:
    tb_frame = Frame
    tb_lineno = 1


Trail.tb_next = Trail()


class Endless(Exception):
    __traceback__ = Trail()


def tick(ctx):
    raise Endless("report me")
