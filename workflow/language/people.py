"""The people who use what is made, by the words for them."""

from __future__ import annotations

PEOPLE = (
    r"(?:users?|usrs?|user base|customers?|clients?|clientele|players?|gamers?|visitors?|audience|people|peeps|ppl"
    r"|folks|team|teams|staff|employees|colleagues|readers?|viewers?|students?"
    r"|subscribers?|merchants?|learners?|banks|hospitals|clinics|schools|firms|retailers|suppliers|vendors"
    r"|sellers?|buyers?|consumers?|engineers?|researchers?|scientists?|travell?ers?|partners?"
    r"|dealers?|couriers?|teachers?|parents?|pupils?|kids|friends|citizens|crews?|reps|technicians?|commuters?"
    r"|developers?|devs|offices?|analysts?|traders?|drivers?|doctors?|nurses?|shoppers?|guests?"
    r"|traffic|callers?|riders?|listeners?|members?|fans|agents|branch(?:es)?"
    r"|studenten|studierende\w*|forscher\w*|lehrer\w*|schuler\w*|arzte\w*|patienten|nutzer\w*|kunden|kundschaft"
    r"|anwender\w*|spieler\w*|benutzer\w*|mitarbeiter\w*|besucher\w*|usuari[oa]s?"
    r"|clientes?|jugadores|jugadoras|equipo|empleados|visitantes|lectores"
    r"|utilisateurs?|utilisatrices|joueurs?|equipes?|visiteurs?|employes|lecteurs)"
)
"""A regex; Korean words carry particles and are listed in `PEOPLE_KO`."""
PEOPLE_KO = (
    r"(?:연구원|연구자|개발자|의사|운전자|교사|사용자|고객|유저|플레이어|이용자|직원|방문자|팀|게이머|학생|시청자)"
)
