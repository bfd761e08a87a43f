# expect: error OSError | error RuntimeError | error EOFError | error TypeError | error ValueError | error AttributeError
# full: error OSError | error RuntimeError | error EOFError | error TypeError | error ValueError | error AttributeError
# idea: make tick the real input function, which would read what stands on the standard input
tick = print.__self__.input
