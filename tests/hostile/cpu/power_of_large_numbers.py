# expect: timeout
# full: timeout
# idea: raise a number to a power of a hundred million, in one operation of the interpreter
def tick(ctx):
    base, power = 3, 10**8
    print((base**power) % 10)
