# expect: done
# idea: swap the two pipe ends of the worker's link, and have it write to every other descriptor there might be
def tick(ctx):
    link = ctx.log._output._link
    ends = link._reading, link._writing
    told = []
    for number in (3, 0, 1, 2, 5, 6, 255, -1, 2**31):
        link._writing = number
        try:
            ctx.log.error("into another descriptor")
            told.append(("ESCAPED: wrote to descriptor", number))
        except Exception as error:
            told.append(("refused:", number, error))
        link._reading, link._writing = ends
    for line in told:
        print(*line)
