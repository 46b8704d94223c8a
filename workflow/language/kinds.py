"""The words for kinds of work in the five languages."""

from __future__ import annotations

import re


def _any(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words))


NOT_TRAINING = _any(
    r"\bpre-?trained\b", r"\b(?:already |newly |freshly |our |the |a |just )?trained (?=\w+ ?(?:model|classifier|network|llm|detector))", r"\btraining (?:data(?:sets?)?|sets?|images|videos?|materials?|courses?|portal|platform|footage|corpus|checkpoints?|artifacts?|logs|records|site|app|website|documents|manuals?|samples)\b",
    r"\btrain (?:stations?|timetables?|times?|tickets?|schedules?|operators?|compan\w+|lines?|delays?|tracking|routes?|network|booking|service)\b", r"\bfitness training\b",
    r"\btrainingsdaten\b", r"\bdatos de entrenamiento\b", r"\bdonnees d'entrainement\b", r"학습\s?(?:데이터|용 데이터|이미지|자료)", r"\btrained (?:on|with|weights)\b", r"\bno (?:re)?training\b",
)  # fmt: skip
"""Words that look like training and are not."""
TRAINING = _any(
    r"\b(?:pre-?|re-?)?train(?:s|ing|en)?\b", r"\bfine[- ]?tun(?:e|es|ing|ed)\b", r"\bfinetun\w*", r"\b(?:lora|qlora|rlhf|sft)\b", r"\bdistill?(?:ation|ing)?\b",
    r"\b(?:nach|vor)?trainier\w*", r"\b(?:nach|vor)?zutrainieren\b", r"\btraining(?:s\w+)?\b", r"\bfein(?:abstimm\w*|tuning|justier\w*)", r"\bfeinabzustimmen\b", r"\banlernen\b",
    r"\b(?:re|pre)?entren(?:ar|amos|amiento|ando|e|emos)\w*", r"\bajuste fino\b", r"\bafinar\b", r"\bajustar (?:finamente )?(?:el|un|nuestro|la) (?:modelo|llm)",
    r"\b(?:re|pre)?-?entrain(?:er|ement|ons|e|ez)\b", r"\breentrain\w+", r"\b(?:affiner|peaufiner|ajuster) (?:notre|un|le|l'|mon) ?(?:modele|llm)?",
    r"학습", r"훈련", r"파인\s?튜닝", r"미세\s?조정", r"트레이닝",
)  # fmt: skip
MODEL = _any(
    r"(?<!data )(?<!3d )\bmodel(?:s|o|os|e|es|l|ls|le|len)?\b", r"\bmodell\w*", r"\b(?:llms?|vlms?|classifiers?|detectors?|recogni[sz]ers?|embedders?|neural net\w*|transformers?|rerankers?|encoder)\b",
    r"\b(?:llama|mistral|mixtral|bert|roberta|resnet|whisper|stable diffusion|sdxl|yolo\w*|gpt-?\w*|gemma|qwen|falcon|clip|t5|deepseek|phi-?\d|vit|flux|efficientnet|starcoder|codellama|bloom|opt-\d+b|xgboost|u-?net)\b",
    r"모델", r"분류기",
)  # fmt: skip
ENGINE = _any(
    r"\binferen(?:ce|cing|z|zen)\b", r"\binferencia\b", r"\binference\b", r"\binferenz\w*", r"\binferencing\b", r"추론", r"서빙", r"\bmodel (?:serving|endpoint|server|api|hosting)\b",
    r"\b(?:prediction|completion|embeddings?|llm|scoring) (?:endpoint|api|server)\b", r"\b(?:tgi|vllm|triton)\b",
)  # fmt: skip
LIVE = _any(
    r"\b(?:deploy\w*|serv(?:e|es|ing)|host(?:s|ing|ed)?|expose|productioni[sz]e|endpoint|online|real[- ]?time|live|put .{0,30} (?:live|into production|in production)|roll out|launch|go live|ship)\b",
    r"\b(?:bereit(?:stellen|zustellen|gestellt)|ausliefern|ausrollen|betreiben|hosten|deployen|auszurollen)\b", r"\b(?:desplegar|desplegamos|despliegue|servir|alojar|poner en produccion|hospedar|publicar)\b",
    r"\b(?:deployer|deploiement|servir|heberger|mettre en production|mettre en ligne|exposer)\b", r"배포", r"호스팅", r"띄우", r"운영", r"제공",
)  # fmt: skip
ONLINE = _any(r"\b(?:online|real[- ]?time|endpoint|live|latency|en linea|en ligne|echtzeit|tiempo real|temps reel)\b", r"\bapi\b", r"실시간", r"온라인")
OFFLINE = _any(
    r"\b(?:offline|off-line|once over|one[- ]off|one[- ]time|batch|bulk|backlog|nightly|weekly|monthly job|overnight|backfill|fuera de linea|hors ligne|por lotes|par lots|stapel\w*|einmalig\w*)\b",
    r"\b(?:over|through|across|against|on all|uber|sobre|sur) (?:(?:all|our|the|some|about|roughly|around|archive of|unsere|nuestros|nos) ){0,3}\d{4,}", r"\b(?:over|through|across) (?:all|our (?:whole|entire|full|complete)|the (?:whole|entire|full|complete)|an? archive|our archive|our (?:back ?catalog\w*))",
    r"\b(?:transcri\w+|classify|score|embed|tag|caption|translate|annotate|label|summari[sz]e|describe|ocr|index|process|generate|rate|rank|predict|detect)\b(?: (?!model)\w+){0,3} \d{3,}", r"\b\d{4,} (?:\w+ ){0,2}(?:images|photos|documents|docs|articles|reviews|files|records|rows|emails|videos|tickets|calls|pages|scans|tweets|products|hours)\b",
    r"배치", r"오프라인", r"일괄",
)  # fmt: skip
JOB = _any(
    r"\b(?:etl|elt|spark|job|jobs|batch|nightly|cron|one[- ]off|one[- ]time|simulation|render|rendering|backfill|hadoop|airflow|crunch\w*|export|pipeline|transcod\w*|lauf|stapel\w*|lote|lotes|lots|trabajo por lotes|traitement|simulacion|monte carlo)\b",
    r"작업", r"배치", r"시뮬레이션", r"렌더링",
)  # fmt: skip
BATCH = _any(
    r"\b(?:etl|elt|spark|hadoop|jobs?(?! (?:board|portal|site|market|listing|search))|batch|simulat\w+|sims?\b|render(?:s|ing|ed)?|crunch\w*|(?:re|trans)?encod\w+|transcod\w+|backfill\w*|aggregat\w+|monte carlo|openfoam|cfd|fea|molecular dynamics|gromacs|lammps|ansys|abaqus|nightly|cron|backtest\w*|sweep|blender|map-?reduce|genom\w+|sequenc\w+|variant calling|alignment|folding|blast)\b",
    r"(?<!load )\bconver(?:t|ts|ting|sion)\b", r"\b(?:data(?:base)?|warehouse|bulk|initial|nightly|daily|weekly|lake) (?:load|loading|import|ingest\w*|migration|dump|refresh)\b", r"\bload(?:ing)? (?:the |our )?(?:data|\w+ (?:into|to) (?:the |our )?(?:warehouse|database|lake))\b",
    r"\b(?:export(?:s|ing)?|import(?:ing)?|assembl(?:e|y|ing)|compress\w*|deduplicat\w+|dedupe?|scrap(?:e|ing)|crawl(?:ing|s)?|parse|parsing|re-?index\w*|anonymi[sz]e|resiz(?:e|ing)|thumbnail\w*|ocr|migrat\w+|comput(?:e|ing) (?:the|a|our|all)|calculat\w+|reconcil\w+|optimi[sz]ation run|number crunching|pipeline|generate reports?|reports? run|process(?:ing)? (?:of |the |our |all |\w+ )?\w*(?:logs?|data|images|files|photos|records|videos|documents|recordings|invoices|scans)|analy[sz]e|analysis|transform\w*|benchmark\w*|load test\w*|unit tests?|compile|compilation|build run|hyperparameter|evaluat\w+|stitch\w*|photogrammetry|forecast run|month-?end|end-of-month|payroll run|roll-?up|cleansing|clean up (?:the|our) data)\b",
    r"\b(?:stapel\w*|\w*(?:lauf|laufe)(?:s|es)?|rendern|simulation\w*|simulieren|umwandl\w*|umrechn\w*|konvertier\w*|exportier\w*|auswert\w*|berechn\w*|verarbeit\w*|aggregier\w*|datenexport|monatsabschluss|auftrag|rendering)\b",
    r"\b(?:por lotes|lotes?|simulacion\w*|simular|renderiz\w*|exporta\w*|conversion|convertir|procesa\w*|calcul\w*|trabajo (?:de|por|nocturno|diario|spark|etl)|tarea|carga de datos|agregacion|analiz\w*|analisis)\b",
    r"\b(?:par lots|traitement\w*|traiter|simul\w+|rendu|calcul(?:s|er)?|exporter|conversion|convertir|tache|chargement|agregation|analyser|analyse|transcoder)\b",
    r"배치", r"렌더", r"시뮬레이션", r"변환", r"집계", r"분석", r"내보내기", r"추출", r"처리\s?작업", r"작업을", r"작업이", r"야간", r"일괄", r"계산", r"적재", r"인코딩", r"가공", r"마이그레이션", r"스파크",
)  # fmt: skip
SERVICE = _any(
    r"\b(?:web ?(?:apps?|sites?|shops?|pages?|services?|servers?|portals?|hosts?|hosting|front ?ends?)|web-\w+|sites?|websites?|apps?|applications?|api|apis|rest|graphql|grpc|databases?|db|dbs|postgres\w*|postgis|mysql|mariadb|mongo\w*|redis|memcached?|valkey|cassandra|clickhouse|elastic\w*|opensearch|solr|kafka|rabbitmq|nats|cache|wikis?|intranet|portal|dashboards?|grafana|prometheus|jenkins|gitlab|gitea|github runner|ci runners?|jira|confluence|crm|erp|e-?shop|shop|store ?front|back-?end|front-?end|microservices?|services?|bot|chatbot|blog|wordpress|drupal|magento|shopify|forum|mail ?server|email server|vpn|proxy|load balancer|bastion|jump ?(?:box|host)|monitoring|message (?:queue|broker)|queue|broker|jupyter\w*|notebooks?|minecraft|game ?servers?|multiplayer|environment|staging|sandbox|dev box|nextcloud|mattermost|matomo|metabase|superset|keycloak|ldap|active directory|dns|nginx|gateway|scheduler|registry|nexus|artifactory|moodle|lms|odoo|sap|sql server|oracle|neo4j|vault|sftp|ftp|file ?server|terminal server|rdp|license server|telemetry|mqtt|booking system|checkout|landing page|search engine|streaming server|rstudio|home ?page|workstation|remote desktop|help ?desk|ticketing|hosting)\b",
    r"\b(?:servers?|hosts?)\b(?! farm)", r"\bhost (?:our|the|my|an?)\b",
    r"\b(?:web(?:seite\w*|shop\w*|server\w*|anwendung\w*|dienst\w*|auftritt)|datenbank\w*|intranet\w*|anwendung\w*|dienst\w*|server\w*|portal\w*|spieleserver|internetseite\w*|onlineshop|schnittstelle)\b",
    r"\b(?:sitio|pagina web|aplicacion\w*|base de datos|bases de datos|servidor\w*|servicio\w*|tienda|portal|intranet|panel|cuaderno\w*)\b",
    r"\b(?:site|application\w*|base de donnees|bases de donnees|serveur\w*|service\w*|boutique|portail|intranet|tableau de bord|cahier\w*)\b",
    r"웹", r"사이트", r"홈페이지", r"데이터베이스", r"서버", r"위키", r"게임", r"인트라넷", r"포털", r"쇼핑몰", r"서비스", r"캐시", r"앱", r"노트북", r"디비", r"백엔드", r"챗봇", r"대시보드", r"블로그",
)  # fmt: skip
BUCKET = _any(
    r"\b(?:buckets?|volumes?|archiv(?:e|es|ing|al)|(?<!no )storage|backups?|blobs?|disks?|block device|file ?shares?|nas|object store|cold store|data lake|space for|room for|scratch space|snapshots?|vault for|dump)\b", r"(?:^|[.,!?\n:] ?|\bto |please |pls |must |can you |we |and |then )(?:store|archive|keep|back ?up|stash|park|hold|put)\b",
    r"\b(?:objektspeicher\w*|speicher(?:platz|bucket)?|archiv\w*|sicherung\w*|datensicherung\w*|backup\w*|volume\w*|ablage|ablegen|aufbewahren|speichern|festplatte\w*)\b", r"\b(?:almacen(?:amiento|ar|e)|guardar|volumen|copias? de seguridad|respaldos?|archivar|archivo historico|disco|cubo)\b",
    r"\b(?:stockage|stocker|sauvegardes?|sauvegarder|archiv(?:er|age|es)|volume|disque|conserver)\b", r"버킷", r"스토리지", r"저장소", r"저장\s?공간", r"볼륨", r"백업", r"아카이브", r"보관", r"저장",
)  # fmt: skip
WANT = _any(
    r"\b(?:need|needs|want|wants|provision|create|set up|give (?:me|us)|gimme|get (?:me|us)|get|add|attach|order|request|requesting|open|make|allocate|reserve|like|have|arrange|grab(?: me)?|spin up)\b(?: (?:a|an|the|some|another|one|new|private|encrypted|secure|cheap|small|big|large|single|simple|plain|extra|more|us|me|to have|\d+\S*|object|block|cold|archive|blob|s3|gcs|cloud|of|gb|tb|gib|tib|gigs?|terabytes?|gigabytes?|standard|backup|shared|persistent|ssd)){0,7} (?:buckets?|volumes?|storage|archive|disks?|space|file ?share)\b(?! (?:server|service|database|api|app|job|node))",
    r"\b(?:nothing else|storage only|just (?:a |the |some )?(?:storage|bucket|volume|disk)|only (?:a |the |some )?(?:storage|bucket|volume|disk))\b",
    r"\b(?:brauchen|brauche|benotigen|benotige|bitte)\b(?: (?:ein|eine|einen|neuen|neues|nur|\d+\S*|gb|tb|private[sn]?|verschlusselte[sn]?)){0,5} (?:bucket|speicherplatz|objektspeicher|volume|archiv)",
    r"\b(?:necesit\w+|quer\w+|cre\w+)\b(?: (?:un|una|nuevo|solo|de|\d+\S*|gb|tb)){0,5} (?:bucket|almacenamiento|volumen|espacio)", r"\b(?:faut|besoin d'|besoin|voudr\w+|cre\w+)\b ?(?:(?:un|une|nouveau|de|juste|seulement|\d+\S*|gb|tb) ?){0,5} ?(?:bucket|stockage|volume|espace)",
)  # fmt: skip
