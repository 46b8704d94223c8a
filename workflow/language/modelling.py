"""The words for making models and for putting them to use, in the five languages."""

from __future__ import annotations

import re


def any_of(*words: str) -> re.Pattern[str]:
    """One pattern that finds any of the words."""
    return re.compile("|".join(words))


NOT_TRAINING = any_of(
    r"\bpre-?trained\b",
    r"\b(?:already |newly |freshly |our |the |a |just )?trained (?=\w+ ?(?:model|classifier|network|llm"
    r"|detector))",
    r"\btraining (?:data(?:sets?)?|sets?|images|videos?|materials?|courses?|portal|platform|footage|corpus"
    r"|checkpoints?|artifacts?|logs|records|site|app|website|documents|manuals?|samples)\b",
    r"\btrain (?:stations?|timetables?|times?|tickets?|schedules?|operators?|compan\w+|lines?|delays?|tracking"
    r"|routes?|network|booking|service)\b",
    r"\bfitness training\b",
    r"\btrainingsdaten\b",
    r"\bdatos de entrenamiento\b",
    r"\bdonnees d'entrainement\b",
    r"학습\s?(?:데이터|용 데이터|이미지|자료)",
    r"\btrained (?:on|with|weights)\b",
    r"\bno (?:re)?training\b",
)
"""Words that look like training and are not."""
TRAINING = any_of(
    r"\b(?:pre-?|re-?)?train(?:s|ing|en)?\b",
    r"\bfine[- ]?tun(?:e|es|ing|ed)\b",
    r"\bfinetun\w*",
    r"\bre-?fit(?:s|ting)?\b",
    r"\b(?:lora|qlora|rlhf|sft)\b",
    r"\bdistill?(?:ation|ing)?\b",
    r"\b(?:nach|vor)?trainier\w*",
    r"\b(?:nach|vor)?zutrainieren\b",
    r"\btraining(?:s\w+)?\b",
    r"\bfein(?:abstimm\w*|tuning|justier\w*)",
    r"\bfeinabzustimmen\b",
    r"\banlernen\b",
    r"\b(?:re|pre)?entren(?:ar|amos|amiento|ando|e|emos)\w*",
    r"\bajuste fino\b",
    r"\bafinar\b",
    r"\bajustar (?:finamente )?(?:el|un|nuestro|la) (?:modelo|llm)",
    r"\blearn(?:ing)? (?:an? |the |our )(?:\w+ )?(?:model|classifier|policy|detector)\b",
    r"\b(?:re|pre)?-?entrain(?:er|ement|ons|e|ez)\b",
    r"\breentrain\w+",
    r"\b(?:affiner|peaufiner|ajuster) (?:notre|un|le|l'|mon) ?(?:modele|llm)?",
    r"학습",
    r"훈련",
    r"파인\s?튜닝",
    r"미세\s?조정",
    r"트레이닝",
)
MODEL = any_of(
    r"(?<!data )(?<!3d )\bmodel(?:s|o|os|e|es|l|ls|le|len)?\b",
    r"\b\w*modell\w*",
    r"\b(?:llms?|vlms?|classifiers?|detectors?|recogni[sz]ers?|embedders?|neural net\w*|transformers?"
    r"|rerankers?|(?:code|coding|chat|writing|research) assistants?"
    r"|recommenders?|encoder)\b",
    r"\b(?:llama|mistral|mixtral|bert|roberta|resnet|whisper|stable diffusion|sdxl|yolo\w*|gpt-?\w*|gemma|qwen"
    r"|falcon|clip|t5|deepseek|phi-?\d|vit|flux|efficientnet|starcoder|codellama|bloom|opt-\d+b|xgboost"
    r"|u-?net)\b",
    r"모델",
    r"분류기",
)
ENGINE = any_of(
    r"\binferen(?:ce|cing|z|zen)\b",
    r"\binferencia\b",
    r"\binference\b",
    r"\binferenz\w*",
    r"\binferencing\b",
    r"추론",
    r"서빙",
    r"\bmodel (?:serving|endpoint|server|api|hosting)\b",
    r"\b(?:prediction|completion|embeddings?|llm|scoring) (?:endpoint|api|server)\b",
    r"\bendpoint (?:for|of|with) (?:our |the |an? )?(?:embeddings?|completions?|predictions?|scores?)\b",
    r"\bserv(?:e|ing) (?:it )?(?:on|from|with) (?:\d+ ?x? ?)?\u00a4",
    r"\b(?:tgi|vllm|triton|first token|tokens? per second)\b",
)
LIVE = any_of(
    r"\b(?:deploy\w*|serv(?:e|es|ed|ing)|host(?:s|ing|ed)?|expose|productioni[sz]e|endpoint|online"
    r"|real[- ]?time"
    r"|live|nonstop|incoming|as they (?:arrive|come)|(?:api|bot|assistant|endpoint)s? (?:backed|powered|driven) by"
    r"|put .{0,30} (?:live|into production|in production)|(?:in|to|into) production|behind an? (?:rest )?api"
    r"|as an? (?:rest )?api|chat (?:with|to)|release|roll out|launch|go live|ship)\b",
    r"\b(?:bereit(?:stellen|zustellen|gestellt)|ausliefern|ausrollen|betreiben|hosten|deployen|auszurollen"
    r"|online stellen)\b",
    r"\b(?:desplegar|desplegamos|desplieg\w+|servir|sirve|alojar|aloja|en produccion|pon\w+ .{0,30}en linea"
    r"|hospedar|publi(?:car|ca|quen?)"
    r"|como api)\b",
    r"\b(?:deployer|deployez|deploiement|servir|heberger|hebergez|en production|mett\w+ .{0,40}en ligne|exposer)\b",
    r"배포",
    r"호스팅",
    r"띄우",
    r"서비스(?=하|할|해|를 하)",
    r"운영",
    r"제공",
)
ONLINE = any_of(
    r"\b(?:online|real[- ]?time|endpoint|live|latency|en linea|en ligne|echtzeit|tiempo real|temps reel)\b",
    r"\bapi\b",
    r"실시간",
    r"온라인",
)
OFFLINE = any_of(
    r"\b(?:offline|off-line|once over|one[- ]off|one[- ]time|batch|bulk|backlog|nightly|weekly|monthly job"
    r"|overnight|backfill|(?:one|single) pass|fuera de linea|hors ligne|por lotes|par lots|stapel\w*|einmalig\w*)\b",
    r"\b(?:over|through|across|against|on all|uber|sobre|sur) (?:(?:all|our|the|some|about|roughly|around"
    r"|archive of|unsere|nuestros|nos) ){0,3}\d{4,}",
    r"\b(?:over|through|across) (?:last|yesterday's|this) ",
    r"\b(?:embed|caption|score|tag|classify|translate|label|summari[sz]e) [^.;,\n]{0,40}\bonce\b",
    r"\b(?:over|through|across) (?:all|our (?:whole|entire|full|complete)|the (?:whole|entire|full|complete)"
    r"|an? archive|our archive|our (?:back ?catalog\w*))",
    r"\b(?:transcri\w+|classify|score|embed|tag|caption|translate|annotate|label|summari[sz]e|describe"
    r"|ocr|index"
    r"|process|generate|rate|rank|predict|detect)\b(?: (?!model)\w+){0,3} \d{3,}",
    r"\b\d{4,} (?:\w+ ){0,2}(?:images|photos|documents|docs|articles|reviews|files|records|rows|emails|videos"
    r"|tickets|calls|pages|scans|tweets|products|hours)\b",
    r"배치",
    r"\brun(?:ning)? (?:\w+ ){1,4}(?:over|through|across) (?:the|our|all|my|last|this|these|\d)",
    r"오프라인",
    r"(?:한|1) ?번 (?:돌|실행)",
    r"\d+만? ?(?:건|장|편|줄)(?:을|를|의|에)? ",
    r"일괄",
)
