# expect: error ZeroDivisionError | error Exception | crash
# idea: name the function of a failing frame with half characters, which no message to the host can carry
def tick(ctx):
    def template():
        return 1 / 0

    template.__code__ = template.__code__.replace(co_name="\ud800", co_filename=tick.__code__.co_filename)
    template()
