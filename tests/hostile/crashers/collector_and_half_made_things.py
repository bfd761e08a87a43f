# expect: done | crash
# full: done | crash
# idea: find objects that are not finished through the garbage collector, and use them
# source: CPython Lib/test/crashers/gc_inspection
def tick(ctx):
    gc = ctx.state._ask.__func__.__globals__["sys"].modules["gc"]
    mark = ["mark"]

    def half():
        yield mark
        for holder in gc.get_referrers(mark):
            if type(holder) is tuple:
                print("found a tuple", len(holder))
                [repr(item) for item in holder]
        yield from range(20)

    made = tuple(half())
    print(len(made), len(gc.get_objects()) > 1_000)
    for thing in gc.get_objects()[:5_000]:
        try:
            hash(thing)
            repr(thing)[:1]
        except Exception:
            continue
