# expect: error TypeError
# full: error TypeError
# idea: define tick so that it is seen in the source, and delete it before the host can find it
def tick(ctx):
    print("ESCAPED: called all the same")


del tick
