# expect: error NameError
# idea: write blocked builtins in letters that normalise to them
print(ｏｐｅｎ, e𝓋al)
𝕒 = 𝕖𝕧𝕒𝕝('1')

def tick(ctx):
    print('ran')
