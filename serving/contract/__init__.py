"""The CRM contract ``/v1``: what may be asked, what is answered, and by which routes."""
