# expect: done | crash | error ValueError
# idea: set the line number of a running frame from a trace function, to jump into a loop that never began
# source: CPython Lib/test/crashers
def tick(ctx):
    sys = print.__self__.__import__("sys")

    def target():
        start = 1
        for item in (start, 2):
            if item > 1:
                print("in the loop", item)
        return start

    def tracing(frame, what, _):
        if frame.f_code is target.__code__ and what == "line":
            try:
                frame.f_lineno = frame.f_code.co_firstlineno + 3
            except Exception as error:
                print("refused:", error)
            sys.settrace(None)
        return tracing

    sys.settrace(tracing)
    try:
        print(target())
    finally:
        sys.settrace(None)
