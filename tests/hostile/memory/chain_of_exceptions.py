# expect: memory | error MemoryError | crash
# full: memory | error MemoryError | crash
# memory: 64
# idea: chain exceptions that hold tracebacks, frames and one another, without end
def tick(ctx):
    last = None
    while True:
        try:
            ballast = "x" * 500
            raise ValueError(ballast) from last
        except ValueError as error:
            last = error
