"""Numbers, slips and characters as people type them, in the one form that the readers see."""

from __future__ import annotations

import pytest

from workflow.language.normal import normal
from workflow.language.typos import mended


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("one and a half terabytes", "1.5 terabytes"),
        ("half a terabyte of disk", "0.5 terabyte of disk"),
        ("a quarter of a terabyte", "0.25 terabyte"),
        ("an hour and a half", "1.5 hours"),
        ("two and a half days", "2.5 days"),
        ("a dozen nodes", "12 nodes"),
        ("two dozen nodes", "24 nodes"),
        ("a couple of boxes", "2 boxes"),
        ("a pair of B200s", "2 b200s"),
        ("thirty-two gigabytes", "32 gigabytes"),
        ("one hundred and twenty dollars", "120 dollars"),
        ("five thousand dollars", "5000 dollars"),
        ("three grand", "3000 dollars"),
        ("$1.2k", "$1200"),
        ("two four-core machines", "2 4-core machines"),
        ("1,800.50 dollars", "1800.50 dollars"),
        ("a one-off job", "a one-off job"),
        ("20 million articles", "20000000 articles"),
        ("between 8 and 16 cores", "8 cores"),
        ("32-64gb ram", "32gb ram"),
        ("4xA100", "4 x a100"),
        ("1½ TB", "1.5 tb"),
        ("＄１００", "$100"),
        ("bu\u200bdget", "budget"),
        ("mit 1.200 Dollar und nicht mehr", "mit 1200 dollar und nicht mehr"),
        ("wir brauchen 2,5 TB und vierundzwanzig Kerne", "wir brauchen 2.5 tb und 24 kerne"),
        ("anderthalb Stunden für die Daten", "1.5 stunden fur die daten"),
        ("una base de datos con medio terabyte", "una base de datos con 0.5 terabyte"),
        ("necesito dieciséis núcleos por hora y media", "necesito 16 nucleos por hora y media"),
        ("il nous faut 1 200 dollars et 5 To", "il nous faut 1200 dollars et 5 tb"),
        ("pour deux jours et demi avec nous", "pour 2.5 jours avec nous"),
        ("서버 두 대를 사흘 동안", "서버 2 대를 3일 동안"),
        ("예산은 2천 달러입니다", "예산은 2000 달러입니다"),
    ],
)
def test_numbers_become_digits(said: str, read: str) -> None:
    assert normal(said)[0] == read


@pytest.mark.parametrize(
    ("text", "tongue"),
    [
        ("train a model with two GPUs", "en"),
        ("wir brauchen einen Server mit 16 Kernen", "de"),
        ("necesitamos un servidor con 16 núcleos para nuestros datos", "es"),
        ("il nous faut un serveur avec 16 cœurs", "fr"),
        ("서버 두 대가 필요합니다", "ko"),
        ("etl 16 vcpu 64gb 3h spot $20", "en"),
    ],
)
def test_the_language_is_told_by_its_small_words(text: str, tongue: str) -> None:
    assert normal(text)[1] == tongue


@pytest.mark.parametrize(
    ("slip", "meant"),
    [("trian", "train"), ("huors", "hours"), ("budgt", "budget"), ("singel", "single"), ("inferrence", "inference"),
     ("latncy", "latency"), ("modle", "model"), ("usrs", "users"), ("sever", "sever"), ("brain", "brain"),
     ("sport", "sport"), ("retain", "retain"), ("uses", "uses"), ("expert", "expert"), ("mode", "mode")],
)  # fmt: skip
def test_slips_are_mended_and_other_words_left_alone(slip: str, meant: str) -> None:
    assert mended(slip, "en") == meant
