# expect: error ImportError
# idea: lift the bounds in this side's own copy of the protocol and send what they held back
# full: security
import sys

output = sys.modules["cellblock.inside.output"]
output.cut = lambda text, *_: text
output.LOG_BATCH_MESSAGES = 10_000
print("x" * 100_000)
