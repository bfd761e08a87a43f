# expect: timeout
# full: timeout
# idea: raise an exception whose text loops for ever, when the deadline's signal no longer means anything
class Talker(Exception):
    def __str__(self):
        while True:
            pass


def tick(ctx):
    raise Talker
