# expect: timeout
# full: timeout
# idea: fill a dict with numbers that all have one hash
def tick(ctx):
    modulus = (1 << 61) - 1
    table = dict.fromkeys(modulus * number for number in range(1, 200_000))
    print(len(table))
