"""The small words of a language, which say nothing about a subject."""

# ruff: noqa: SIM905 -- words are easier to read, and to add to, as a text than as a list of literals
SMALL_WORDS = {
    "pt": frozenset(
        "a o as os um uma uns umas de do da dos das em no na nos nas por pelo pela pelos pelas para pra pro com "
        "sem sobre entre até e ou mas que qual quais quem quando onde como quanto quantos porque porquê pq se não "
        "nao sim já ainda só so também tambem mais menos muito é e são sao foi ser está esta estão estao era tem "
        "têm ter há ha eu você vc ele ela eles elas nós a gente isso isto esse essa este aquele aquela meu minha "
        "seu sua lhe me te lá aqui então ao aos à às num numa quase bem".split()
    ),
    "en": frozenset(
        "a an the of in on at to from with without by for about into over between and or but that which what who "
        "whom when where how why because if not no yes already still only also more less much many is are was were "
        "be been being do does did has have had can could should would will may might i you he she it we they this "
        "that these those my your his her its our their me us them there here then so as than just almost".split()
    ),
    "es": frozenset(
        "a el la los las un una unos unas de del en por para con sin sobre entre hasta y o pero que qué cual cuál "
        "cuáles quien quién cuando cuándo donde dónde como cómo cuanto cuánto porque si no sí ya aún solo sólo "
        "también más menos muy es son fue ser está están era tiene tener hay yo tú usted él ella ellos ellas "
        "nosotros eso esto ese esa este esta mi su me te se lo le al casi bien entonces".split()
    ),
}
