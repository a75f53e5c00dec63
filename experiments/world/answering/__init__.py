"""A simulated company that answers: what is done to its customers changes what they do next.

``AnsweringCompany`` steps forward from a day of a simulated calendar under whatever is done to its customers. What becomes of a customer is
a function of the seed, the customer and what was done to them, and of nothing else: without any action it is what ``simulate`` says.

* ``actions_taken.py`` what was done, and the law of what it does · ``leaving.py`` when each customer leaves because of it, and what they would order
  if they stayed · ``second_lives.py`` the orders and touchpoints of those who stay longer · ``blocks.py`` one block of customers ·
  ``visible.py`` what of a table is known on a day · ``company.py`` all of it, month by month
* ``prospects.py`` the exact chances and money of every customer with each action and without · ``margins.py`` what an order leaves
"""
