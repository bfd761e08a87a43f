# expect: done
# idea: print twenty thousand lines of one character
def tick(ctx):
    for number in range(20_000):
        print(number % 10)
    ctx.log.error("end")
