# expect: crash | done | error SystemError | error ValueError | error TypeError | memory
# idea: claim that code needs no stack, and let it put a hundred values there
def tick(ctx):
    def template(a):
        return (a, (a, (a, (a, (a, (a, (a, [a, a, a, {a: (a, a, a, *(a, a), {**{a: a}})}])))))), f"{a}{a}{a}{a}")

    def again(depth):
        return template(depth) if depth == 0 else (again(depth - 1), template(depth))

    template.__code__ = template.__code__.replace(co_stacksize=0)
    again.__code__ = again.__code__.replace(co_stacksize=1)
    for _ in range(200):
        again(30)
    print("came back")
