# expect: timeout
# full: timeout
# idea: replace the method that reads the host's next order by one that computes for ever
# ticks: 2
def tick(ctx):
    link = ctx.log._output._link

    def receive():
        while True:
            pass

    link.receive = receive
