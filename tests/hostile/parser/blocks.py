# expect: error SyntaxError
# full: error SyntaxError
# idea: nest more blocks than a frame has places for
for x in [1]:
 for x in [1]:
  for x in [1]:
   for x in [1]:
    for x in [1]:
     for x in [1]:
      for x in [1]:
       for x in [1]:
        for x in [1]:
         for x in [1]:
          for x in [1]:
           for x in [1]:
            for x in [1]:
             for x in [1]:
              for x in [1]:
               for x in [1]:
                for x in [1]:
                 for x in [1]:
                  for x in [1]:
                   for x in [1]:
                    for x in [1]:
                     for x in [1]:
                      for x in [1]:
                       for x in [1]:
                        for x in [1]:
                         pass

def tick(ctx):
    print('ran')
