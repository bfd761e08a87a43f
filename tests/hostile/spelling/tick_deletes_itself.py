# expect: error TypeError
# full: error TypeError
# idea: let a good first tick remove and replace the functions that the host calls next
# ticks: 2
def tick(ctx):
    global tick, setup, on_error
    print("first")
    tick = None
    setup = on_error = 5
