# expect: memory | error Mask
# idea: make an exception whose __class__ claims to be a MemoryError, to be told as another kind of failure
class Mask(Exception):
    __class__ = print.__self__.MemoryError


def tick(ctx):
    raise Mask("nothing was short")
