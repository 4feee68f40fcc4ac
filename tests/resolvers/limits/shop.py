"""A small schema with the shapes that matter: a connection, lists with and without a size, leaves."""

from __future__ import annotations

from graphql import build_schema

SCHEMA = build_schema("""
  type Query { me: User users(first: Int, last: Int): UserConnection! top(first: Int! = 10): [User!]!
    nodes(ids: [ID!]!): [User]! page: UserConnection! tags: [String!]! staff: [User!]! }
  type UserConnection { nodes: [User!]! pageInfo: PageInfo! totalCount: Int! }
  type PageInfo { endCursor: String }
  type User { id: ID! name: String! friends(first: Int, last: Int): UserConnection! pets: [Pet!]! boss: User }
  type Pet { name: String! }
  type Mutation { retry(ids: [ID!]): Payload! }
  type Payload { users: [User!]! }
""")
