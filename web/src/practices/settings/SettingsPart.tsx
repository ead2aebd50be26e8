import { notFound, useParams } from '@tanstack/react-router';

import { About } from './About';
import { Accounts } from './Accounts';
import { Chat } from './Chat';
import { Classification } from './Classification';
import { DataSources } from './DataSources';
import { Escalation, People } from './EstateLists';
import { IntegrationKeys } from './IntegrationKeys';
import { LoadLimits } from './LoadLimits';
import { Mappings } from './Mappings';
import { MatchRules } from './MatchRules';
import { Notifications } from './Notifications';
import { Outbox } from './Outbox';
import { PolicyWindows } from './PolicyWindows';
import { PriorityMatrixForm } from './PriorityMatrixForm';
import { ReportMails } from './ReportMails';
import { Routes } from './Routes';
import { Tokens } from './Tokens';

/** The chosen part of the settings. */
export function SettingsPart() {
  const { part } = useParams({ from: '/app/settings/$part' });
  switch (part) {
    case 'accounts':
      return <Accounts />;
    case 'people':
      return <People />;
    case 'tokens':
      return <Tokens />;
    case 'integrations':
      return <IntegrationKeys />;
    case 'mappings':
      return <Mappings />;
    case 'sources':
      return <DataSources />;
    case 'rules':
      return <MatchRules />;
    case 'classification':
      return <Classification />;
    case 'routes':
      return <Routes />;
    case 'escalation':
      return <Escalation />;
    case 'priority':
      return <PriorityMatrixForm />;
    case 'policy':
      return <PolicyWindows />;
    case 'notifications':
      return <Notifications />;
    case 'chat':
      return <Chat />;
    case 'reports':
      return <ReportMails />;
    case 'load':
      return <LoadLimits />;
    case 'outbox':
      return <Outbox />;
    case 'about':
      return <About />;
    default:
      throw notFound();
  }
}
