"""The roles that text plays."""

from typing import Literal, get_args

Role = Literal["embeddings", "lm", "translation", "qa"]

ROLES: tuple[Role, ...] = get_args(Role)
