# expect: crash | done | error SystemError | error ValueError | error TypeError | error NameError | memory
# idea: take all names away from code that looks names and attributes up
def tick(ctx):
    def template(value):
        first = value.one.two.three
        return nothing_of_this_name + first

    template.__code__ = template.__code__.replace(co_names=())
    template(ctx)
    print("came back")
