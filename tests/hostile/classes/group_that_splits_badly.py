# expect: done | crash | error TypeError | error Group | error RuntimeError
# idea: raise an exception group whose split and derive return nonsense into an except* clause
# source: CVE-2025-22153
Base = print.__self__.ExceptionGroup


class Group(Base):
    def split(self, kind):
        return answers.pop() if answers else (None, None)

    def derive(self, parts):
        return 5


answers = [(1, 2), (ValueError(), "rest"), ("x",), 7, (None, self_made := None)]


def tick(ctx):
    for _ in range(5):
        try:
            try:
                raise Group("several", [ValueError(1), KeyError(2)])
            except* ValueError as matched:
                print("matched", type(matched))
        except Exception as error:
            print(type(error).__name__, error)
    try:
        Base.split(Group("again", [ValueError(1), KeyError(2)]), ValueError)
    except Exception as error:
        print(type(error).__name__, error)
