# expect: error NameError
# idea: raise and split exception groups nested deep in one another
def tick(ctx):
    group = ValueError("inner")
    for _ in range(50_000):
        group = ExceptionGroup("outer", [group])
    for act in (lambda: group.split(ValueError), lambda: group.subgroup(lambda error: False), lambda: repr(group)):
        try:
            print("gave", str(act())[:20])
        except Exception as error:
            print(type(error).__name__)
    raise group
