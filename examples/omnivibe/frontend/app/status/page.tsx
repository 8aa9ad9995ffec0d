import { Card } from "@/components/Card";
import { EventFeed } from "@/components/EventFeed";
import { Providers } from "@/components/Providers";
import { Schedule } from "@/components/Schedule";

export default function Page() {
  return (
    <>
      <Card title="Schedule">
        <Schedule />
      </Card>
      <Card title="Services">
        <Providers />
      </Card>
      <Card title="Events">
        <EventFeed />
      </Card>
    </>
  );
}
