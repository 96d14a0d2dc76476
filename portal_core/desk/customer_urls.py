"""Addresses of the customers at the desk."""

from django.urls import path

from portal_core.desk import customer, customer_list, customers

customer_urls = [
    path("customers/", customer_list.index, name="customers"),
    path("customers/new/", customers.new, name="customer_new"),
    path("customers/invite/", customers.invite, name="customer_invite_many"),
    path("customers/qr.svg", customers.qr_file, name="customer_qr"),
    path("customers/card/", customers.card, name="customer_card"),
    path("customers/<uuid:key>/", customer.detail, name="customer"),
    path("customers/<uuid:key>/change/", customer.change, name="customer_change"),
    path("customers/<uuid:key>/email/", customer.move, name="customer_email"),
    path("customers/<uuid:key>/invite/", customer.invite, name="customer_invite"),
    path("customers/<uuid:key>/access/", customer.access, name="customer_access"),
]
