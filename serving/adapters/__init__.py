"""Callers' own shapes: questions and answers as MLflow, HubSpot, Dataverse and Salesforce send and read them, over the contract."""
