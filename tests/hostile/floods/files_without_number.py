# expect: done
# timeout: 30
# idea: fill the workspace with small files, then with one that grows, then with folders in folders
def tick(ctx):
    def until_refused(act, most):
        for number in range(most):
            try:
                told = act(number)
            except Exception as error:
                return str(number) + " " + str(error)[:80]
            if "error" in told:
                return str(number) + " " + str(told)[:120]
        return "never refused"

    piece = "x" * 4_000_000
    print(until_refused(lambda number: ctx.files.write("f" + str(number), "x"), 200))
    print(until_refused(lambda number: ctx.files.write("grows", piece, append=True), 40))
    print(until_refused(lambda number: ctx.files.write("d/" * number + "f" + str(number), "x"), 40))
    print(until_refused(lambda number: ctx.files.write("huge", piece + piece), 1))
    for number in range(40):
        try:
            ctx.files.delete("grows")
            ctx.files.delete("d/" * number + "f" + str(number))
        except Exception:
            break
