# expect: timeout
# full: timeout
# idea: end the tick and let the __del__ of a local keep the process for itself, deaf to every exception
Everything = Exception.__base__


class Forever:
    def __del__(self):
        while True:
            try:
                while True:
                    pass
            except Everything:
                pass


def tick(ctx):
    last = Forever()
    print("over", type(last).__name__)
