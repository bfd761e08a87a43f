# expect: done
# timeout: 20
# idea: make calls as fast as the host answers, good ones and refused ones in turn
def tick(ctx):
    refused = 0
    for number in range(4_000):
        try:
            ctx.state.set("key " + str(number % 50), number) if number % 2 else ctx.state.set("k" * 600, number)
        except Exception:
            refused += 1
    print(refused)
