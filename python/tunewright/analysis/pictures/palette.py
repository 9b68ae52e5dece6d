"""Colours that people with any kind of colour vision tell apart.

Discrete ones after M. Okabe & K. Ito, "Color universal design" (2008), the light ones darkened to a contrast of 3 on
white; a second set keeps that contrast on a dark page. Numbers are coloured by cividis (Nuñez, Anderton & Renslow,
PLoS ONE 13, 2018), as stops between which one may interpolate.
"""

from __future__ import annotations

__all__ = ["CIVIDIS", "DARK", "LIGHT"]

LIGHT = {
    "blue": "#0072b2",
    "vermillion": "#d55e00",
    "green": "#008f68",
    "purple": "#b0538c",
    "orange": "#b87a00",
    "sky": "#3a8fc4",
    "grey": "#767676",
    "ink": "#1f2328",
}
DARK = {
    "blue": "#5aa9e6",
    "vermillion": "#ff8a3d",
    "green": "#2fc99a",
    "purple": "#e39bc7",
    "orange": "#f0b429",
    "sky": "#8fd0f5",
    "grey": "#9aa0a6",
    "ink": "#e6e8eb",
}
CIVIDIS = (
    "#00224e",
    "#123570",
    "#3b496c",
    "#575d6d",
    "#707173",
    "#8a8678",
    "#a59c74",
    "#c3b369",
    "#e1cc55",
    "#fee838",
)
