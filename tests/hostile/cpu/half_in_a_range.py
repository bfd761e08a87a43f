# expect: timeout
# full: timeout
# idea: count a fraction in a range of whole numbers, which C code looks through one by one
def tick(ctx):
    print(range(10**18).count(0.5))
