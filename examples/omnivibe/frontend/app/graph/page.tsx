import { GraphSearch } from "@/components/GraphSearch";
import { Card } from "@/components/Card";

export default function Page() {
  return (
    <Card title="Graph">
      <GraphSearch />
    </Card>
  );
}
