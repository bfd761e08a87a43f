# expect: memory | error Swollen | crash
# full: memory | error Swollen | crash
# memory: 64
# idea: end in an exception that allocates without end when somebody asks for its text
class Swollen(Exception):
    def __str__(self):
        held = []
        while True:
            held.append("x" * 1_000_000)


def tick(ctx):
    raise Swollen
