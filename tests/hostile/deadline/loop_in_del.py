# expect: timeout
# full: timeout
# idea: run the loop in __del__, where exceptions are ignored, and give birth to the next of its kind
class Undead:
    def __del__(self):
        try:
            while True:
                pass
        finally:
            Undead()


def tick(ctx):
    while True:
        Undead()
