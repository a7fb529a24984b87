"""A client that keeps a window of requests in flight and collates the responses.

The way of the data: arguments and cell say what to do; upstream fetches a body;
a placement decides who decodes it; decoding makes records of it (codec, record)
and checks them (digest); meter notes the times; figures makes one benchmark
line of them. program is the order in which all that happens.
"""
