"""What a recipe may say to weights that many networks share, and what is said when its rate was too much for them."""

from __future__ import annotations

__all__ = ["check_recipe", "diverged"]

from tunewright.errors import SearchDivergedError
from tunewright.training import Recipe


def check_recipe(recipe: Recipe) -> None:
    """Refuse settings that would have to be ignored; those of the recipe's own networks mean nothing here."""
    plain = Recipe()
    for name in ("precision", "gradient_accumulation", "augmentation_strength", "mixup_alpha"):
        if getattr(recipe, name) != getattr(plain, name):
            raise ValueError(
                f"recipe's {name} must be {getattr(plain, name)!r} for shared weights, which cannot use it"
            )
    if recipe.schedule == "plateau":
        raise ValueError("recipe's schedule must not be 'plateau' for shared weights: no one validation loss is theirs")


def diverged(loss: float, when: str, recipe: Recipe) -> SearchDivergedError:
    """The error of a loss that is not a finite number; ``when`` says where in the search."""
    return SearchDivergedError(
        f"the loss of the shared weights became {loss} in {when}, with lr={recipe.lr:g}; "
        "lower lr or set clip_norm in the recipe"
    )
