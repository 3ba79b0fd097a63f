"use strict";

// The token is kept for this tab only, and sent to this server only.
const TOKEN = "yanzhen.token";

const EXAMPLE = `# 按 Ctrl-Enter 运行
query Fields {
  __schema {
    queryType {
      fields {
        name
        description
      }
    }
  }
}
`;

const root = ReactDOM.createRoot(document.getElementById("graphiql"));
const explorer = GraphiQLPluginExplorer.explorerPlugin();

function show(token) {
  if (!token) {
    root.render(null);
    return;
  }
  const fetcher = GraphiQL.createFetcher({
    url: "/graphql",
    headers: { authorization: `Bearer ${token}` },
  });
  root.render(
    React.createElement(GraphiQL, {
      key: token, // another token sees another part of the schema: begin anew
      fetcher,
      plugins: [explorer],
      defaultQuery: EXAMPLE,
      isHeadersEditorEnabled: false,
    }),
  );
}

const field = document.getElementById("token");
field.value = sessionStorage.getItem(TOKEN) || "";
document.getElementById("sign").addEventListener("submit", (event) => {
  event.preventDefault();
  const token = field.value.trim();
  sessionStorage.setItem(TOKEN, token);
  show(token);
});
show(field.value);
