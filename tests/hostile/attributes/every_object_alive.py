# expect: done
# idea: unfreeze the collector and search every object alive in the process for text that belongs to the host or a sibling
# timeout: 20
def tick(ctx):
    gc = print.__self__.__import__("gc")
    gc.unfreeze()
    marks = ("neighbour-", "environment-", "host-memory-", "state-", "listing-")
    found = set()
    for thing in gc.get_objects():
        if type(thing) is dict:
            for pair in list(thing.items()):
                found.update(part for part in pair if type(part) is str and part.startswith(marks) and len(part) > 30)
        elif type(thing) in (list, tuple):
            found.update(part for part in list(thing) if type(part) is str and part.startswith(marks) and len(part) > 30)
    print("found", found)
