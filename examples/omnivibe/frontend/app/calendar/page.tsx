import { Calendar } from "@/components/Calendar";
import { Card } from "@/components/Card";

export default function Page() {
  return (
    <Card title="Calendar">
      <Calendar />
    </Card>
  );
}
