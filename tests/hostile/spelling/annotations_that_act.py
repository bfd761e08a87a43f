# expect: done
# idea: hide the calls in annotations of variables, arguments and returns, which some versions run early and some late
reader = print.__self__.open
path = ctx.config["secret_file"]
said = []


def attempt(number):
    try:
        said.append(("ESCAPED: read", reader(path).read()))
    except Exception as error:
        said.append((number, "refused:", error))


first: attempt(1) = 0
second: [attempt(2), attempt(3)]


def work(argument: attempt(4), *rest: attempt(5)) -> attempt(6):
    pass


class Kind:
    member: attempt(7)


print(work.__annotations__, Kind.__annotations__)
for line in said:
    print(*line)
