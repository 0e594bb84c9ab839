"""The claims of the lecture, numbered in its order.

The lecture is *Recurrent Neural Networks and Encoder–Decoder Models*, of the course Unsupervised Language Learning
(2016).
"""

CLAIMS = {
    1: "One-hot vectors make every pair of words equally unlike.",
    2: "Words that mean something similar, such as dog and cat, should have similar vectors.",
    3: "Features such as parts of speech and prefixes are one remedy against sparsity.",
    4: "A word is known by the company it keeps (Firth 1957).",
    5: "Sentences give counts of neighboring words, and the counts of a word are its vector.",
    6: "Words in similar company have a similar meaning; the cosine of their vectors measures it.",
    7: "Tables of counts are huge and sparse.",
    8: "A singular value decomposition makes them small and dense.",
    9: "A neural language model (Bengio et al. 2003) learns word vectors, at a high cost.",
    10: "Skip-gram learns vectors by predicting the words around a word.",
    11: "The sum over the vocabulary is what costs; negative sampling does without it.",
    12: "The log-linear model is easy to train.",
    13: "Word vectors are a good start for the embeddings of another network.",
    14: "A feed-forward network maps a fixed window to a distribution over the next word.",
    15: "It cannot read input of variable length.",
    16: "A language model gives a probability to the next word, and so to each sentence.",
    17: "A trigram cannot see the subject of a distant verb.",
    18: "A larger n-gram model does not see it either.",
    19: "Language has longer dependencies than a fixed window.",
    20: "A recurrent network carries a state from word to word; unrolled, it is a deep network.",
    21: "It can capture long dependencies.",
    22: "Backpropagation through time sums gradients over all steps.",
    23: "Gradients vanish over many steps.",
    24: "Gradients explode.",
    25: "Clipping the gradient prevents explosions from doing harm.",
    26: "LSTM and GRU keep gradients from vanishing.",
    27: "Their gates decide what is kept, written and read.",
    28: "An output sequence may have another length than the input.",
    29: "An encoder–decoder translates: Mary eats apples becomes Marie mange des pommes.",
    30: "It answers questions: Tim is playing in his room. Where is Tim?",
    31: "The whole input has to pass through one vector.",
    32: "The decoder writes word by word until the end of the sentence.",
    33: "Gradients vanish more over two sequences than over one.",
    34: "LSTM or GRU are crucial here.",
    35: "Encoder–decoders are appealing for translation.",
}
