import { Projects } from "@/components/Projects";
import { Card } from "@/components/Card";

export default function Page() {
  return (
    <Card title="Projects">
      <Projects />
    </Card>
  );
}
