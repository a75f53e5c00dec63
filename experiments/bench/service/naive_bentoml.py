"""The service one writes first: BentoML, pandas and shap, as their own examples show them."""

import json
import os
from pathlib import Path
from typing import Any

import bentoml
import lightgbm
import numpy as np
import pandas as pd

MOST_REASONS = 5


@bentoml.service(name="naive", workers=1)
class Naive:
    """Scores with SHAP values by customer id."""

    def __init__(self) -> None:
        import shap

        folder = Path(os.environ["REGULARS_BENCH"])
        self.model = lightgbm.Booster(model_file=str(folder / "model.txt"))
        names = json.loads((folder / "names.json").read_text())
        ids = json.loads((folder / "customers.json").read_text())
        self.customers = pd.DataFrame(np.load(folder / "rows.npy"), columns=names, index=ids)
        self.explainer = shap.TreeExplainer(self.model)

    @bentoml.api  # type: ignore[untyped-decorator]
    def score(self, customer_ids: list[str]) -> list[dict[str, Any]]:
        """The probability and the features that move it most."""
        rows = self.customers.loc[customer_ids]
        probability = np.asarray(self.model.predict(rows))
        values = np.asarray(self.explainer.shap_values(rows))
        answers = []
        for place, customer_id in enumerate(customer_ids):
            row = pd.Series(values[place], index=rows.columns)
            first = row.abs().sort_values(ascending=False).index[:MOST_REASONS]
            reasons = [{"feature": one, "shap": float(row[one])} for one in first]
            answers.append(
                {
                    "customer_id": customer_id,
                    "probability": float(probability[place]),
                    "reasons": reasons,
                }
            )
        return answers
